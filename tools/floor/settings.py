from backpain.settings import *  # noqa: F403

ROOT_URLCONF = "tools.floor.urls"
