"""The site with one page more: the least that an answer to a signed-in person can cost. For measuring only.

Started with DJANGO_SETTINGS_MODULE=tools.floor.settings, it is the site in everything else.
"""
