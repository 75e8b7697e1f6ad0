from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Session, User


class Command(BaseCommand):
    help = "Takes away somebody's app, passkeys and recovery codes, and signs them out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="The address they sign in with. Make sure that it is them who ask.")

    @transaction.atomic
    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError(f"There is no account with the address {email}.") from None
        gone, _tables = Authenticator.objects.filter(user=user).delete()
        if not gone:
            raise CommandError(f"{user.email} has no second step.")
        Session.objects.of(user.pk).delete()
        self.stdout.write(f"{user.email} signs in by password alone now.")
