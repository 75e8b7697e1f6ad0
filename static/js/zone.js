// Tells the sign-up form in which time zone the person lives.

document.querySelector("input[name=time_zone]").value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
