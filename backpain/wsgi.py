import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backpain.settings")

application = get_wsgi_application()

# All addresses and their views are loaded by this, and not while the first visitor of each process waits.
reverse("home")
