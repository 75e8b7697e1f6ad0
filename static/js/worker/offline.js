// The part of the service worker that lets the site open without a network.
