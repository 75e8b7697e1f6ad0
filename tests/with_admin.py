"""The addresses of the site with the admin among them, for all of the staff, wherever it is switched off."""

from django.contrib import admin
from django.urls import path
from django.urls.resolvers import URLResolver

from backpain.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

site = admin.AdminSite()
for model, editor in admin.site._registry.items():
    site.register(model, type(editor))

others = [one for one in urlpatterns if not (isinstance(one, URLResolver) and one.namespace == "admin")]
urlpatterns = [path("admin/", site.urls), *others]
