from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import User

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Who may sign in and who may edit the catalogue. Nothing else of a person is anybody's business here."""

    list_display = ["email", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email"]
    fields = ["email", "is_active", "is_staff", "is_superuser", "user_permissions", "date_joined"]
    readonly_fields = ["email", "date_joined"]
    filter_horizontal = ["user_permissions"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
