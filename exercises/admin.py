from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from exercises.models import Equipment, Exercise
from exercises.words import prescription_in_words


@admin.register(Equipment)
class EquipmentAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Exercise)
class ExerciseAdmin(admin.ModelAdmin):
    """The editor of the catalogue. What is changed here stays, whatever the catalogue file says later."""

    list_display = [
        "number",
        "name",
        "position",
        "prescription",
        "frequency_stated",
        "sides_stated",
        "gentle",
        "retired",
    ]
    list_display_links = ["name"]
    list_filter = ["position", "per", "equipment", "frequency_stated", "sides_stated", "gentle", "retired"]
    search_fields = ["name", "purpose", "steps"]
    filter_horizontal = ["equipment"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "number", "purpose", "gentle", "retired"]}),
        (_("How it is done"), {"fields": ["position", "other_position", "place", "equipment", "steps", "avoid"]}),
        (
            _("Dose: one go at it"),
            {
                "fields": [
                    "action",
                    ("seconds_at_least", "seconds_at_most"),
                    ("repetitions_at_least", "repetitions_at_most"),
                    "sides",
                ]
            },
        ),
        (_("Frequency: how often"), {"fields": ["per", ("at_least", "at_most")]}),
        (_("What is known, and what is not"), {"fields": ["known", "unknown", "claim"]}),
        (_("Where this comes from"), {"fields": ["frequency_stated", "sides_stated", "note"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exercise]:
        """What people made for themselves is theirs alone."""
        return Exercise.objects.catalogue()

    @admin.display(description=_("prescription"))
    def prescription(self, exercise: Exercise) -> str:
        return prescription_in_words(exercise.dose, exercise.frequency)

    def get_readonly_fields(self, request: HttpRequest, obj: Exercise | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Exercise | None = None) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["name"]}

    def has_delete_permission(self, request: HttpRequest, obj: Exercise | None = None) -> bool:
        """Plans and history refer to exercises, so one is retired rather than deleted."""
        return False
