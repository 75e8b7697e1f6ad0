from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.http import HttpRequest

from accounts.models import User

admin.site.unregister(Group)
# One would show what is secret; by the other an editor could take over an account.
admin.site.unregister([Authenticator, EmailAddress])


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Who may sign in and who may edit the catalogue. Nothing else of a person is anybody's business here."""

    list_display = ["email", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email"]
    fields = ["email", "is_active", "is_staff", "is_superuser", "user_permissions", "date_joined"]
    filter_horizontal = ["user_permissions"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The name of a permission names its table: one query for all of them, and not one for each."""
        kwargs["queryset"] = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Its page would list what a person has recorded. To shut somebody out, take away that they may sign in."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        rights = [] if cast(User, request.user).is_superuser else ["is_staff", "is_superuser", "user_permissions"]
        return ["email", "date_joined", *rights]
