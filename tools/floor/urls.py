from django.http import HttpRequest, HttpResponse
from django.urls import path

from backpain import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


def floor(_request: HttpRequest) -> HttpResponse:
    """All that the middleware does for a signed-in person, session and user included, and nothing else."""
    return HttpResponse("You are signed in.")


urlpatterns = [path("floor/", floor), *urls.urlpatterns]
