// The part of the service worker that shows reminders.
