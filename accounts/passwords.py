from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_CHARACTERS = 256


class MaximumLengthValidator:
    """More than password managers make. Fields have no limit of their own, or browsers would cut off what is pasted."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > MOST_CHARACTERS:
            sentence = _("This is longer than we can take. Please choose one of at most %(most)s characters.")
            raise ValidationError(sentence, code="password_too_long", params={"most": MOST_CHARACTERS})

    def get_help_text(self) -> str:
        return _("At most %(most)s characters.") % {"most": MOST_CHARACTERS}
