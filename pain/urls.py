from django.urls import path

from pain import views

# The converter of dates is registered in `tracking.urls`.
urlpatterns = [
    path("", views.pain, name="pain"),
    path("earlier/", views.earlier, name="pain_earlier"),
    path("not-now/", views.not_now, name="pain_not_now"),
    path("never/", views.never, name="pain_never"),
    path("<date:day>/<uuid:key>/take-back/", views.take_back, name="pain_take_back"),
]
