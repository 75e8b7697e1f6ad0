from allauth.account.models import EmailAddress

from accounts.models import User


def is_confirmed(user: User) -> bool:
    """Whether the person has shown that the address they sign in with is theirs.

    Nobody is asked to on a site without a mail server, so that there are people who have not, should it get one.
    """
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())
