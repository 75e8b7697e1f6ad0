from datetime import datetime

from accounts.models import User
from reminders.notice import Notice, Reached


def send(user: User, notice: Notice, now: datetime) -> Reached:
    return Reached.NO
