"""Routes as careless people plant them: the walk and the guard must find the undeclared one."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from ichinoseki_portal import urls
from ichinoseki_portal.access import access


def careless(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


@access("public")
def declared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@access("staff", methods=("GET", "POST"))
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


urlpatterns = [
    *urls.urlpatterns,
    path("careless/", careless, name="careless"),
    path("declared/", declared, name="declared"),
    path("desk/", desk, name="desk"),
]
