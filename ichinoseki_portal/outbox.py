"""Mail through the database: written with the deed, sent by the worker, never from inside a request.

The subject says nothing of the content and the body carries a link, so that an early or misdirected mail gives nothing away.
"""

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import task

from .models import OutboxMail

MAX_TRIES = 10


def post(*, to: str, subject: str, body: str) -> OutboxMail:
    """Put a mail in the outbox, in the caller's transaction, and wake the worker when it commits."""
    mail = OutboxMail.objects.create(to=to, subject=subject, body=body, message_id=f"<{get_random_string(32).lower()}@portal>")
    transaction.on_commit(lambda: deliver.enqueue(mail_id=mail.pk))
    return mail


@task()
def deliver(mail_id: int) -> None:
    """Send one waiting mail.

    It is sent twice only if the machine dies between sending and the stamp; the Message-ID is then the same.
    """
    mail = OutboxMail.objects.filter(pk=mail_id, sent_at__isnull=True, tries__lt=MAX_TRIES).first()
    if mail is None:
        return
    OutboxMail.objects.filter(pk=mail.pk).update(tries=F("tries") + 1)
    message = EmailMessage(mail.subject, mail.body, to=[mail.to], headers={"Message-ID": mail.message_id})
    try:
        message.send()
    except OSError as error:
        OutboxMail.objects.filter(pk=mail.pk).update(last_error=type(error).__name__)
        return
    OutboxMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), last_error="")


def deliver_waiting() -> int:
    """Wake every unsent mail again (after an outage). Returns how many were woken."""
    waiting = list(OutboxMail.objects.filter(sent_at__isnull=True, tries__lt=MAX_TRIES).values_list("pk", flat=True))
    for pk in waiting:
        deliver.enqueue(mail_id=pk)
    return len(waiting)
