"""Mail is written with the deed and sent after it, once."""

import email
import email.policy

import pytest
from django.core import mail
from django.db import transaction

from ichinoseki_portal import outbox
from ichinoseki_portal.models import OutboxMail
from ichinoseki_portal.tests.smtp_server import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
LETTER = {"to": "someone@example.invalid", "subject": "お知らせがあります", "body": "https://portal.example.jp/x/"}


def use_smtp(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def test_the_mail_commits_with_the_deed():
    with transaction.atomic():
        row = outbox.post(**LETTER)
        assert mail.outbox == []
    assert [message.to for message in mail.outbox] == [["someone@example.invalid"]]
    row.refresh_from_db()
    assert row.sent_at is not None
    assert (row.tries, row.last_error) == (1, "")


def test_the_mail_goes_back_with_the_deed():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.post(**LETTER)
        raise ZeroDivisionError
    assert not OutboxMail.objects.exists()
    assert mail.outbox == []


def test_a_second_delivery_sends_nothing():
    row = outbox.post(**LETTER)
    outbox.deliver.call(mail_id=row.pk)
    assert outbox.deliver_waiting() == 0
    assert len(mail.outbox) == 1


def test_a_real_server_takes_it_with_its_own_message_id(settings):
    with mail_server() as server:
        use_smtp(settings, server.server_address[1])
        row = outbox.post(**LETTER)
    ((envelope, body),) = server.messages
    assert "rcpt TO:<someone@example.invalid>" in envelope
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert message["Message-ID"] == row.message_id
    assert message["Subject"] == "お知らせがあります"
    assert message.get_content().strip() == "https://portal.example.jp/x/"


def test_a_refusal_is_kept_and_the_next_try_succeeds(settings):
    with mail_server(refuse=True) as server:
        use_smtp(settings, server.server_address[1])
        row = outbox.post(**LETTER)
    row.refresh_from_db()
    assert (row.sent_at, row.tries, row.last_error) == (None, 1, "SMTPSenderRefused")
    with mail_server() as server:
        use_smtp(settings, server.server_address[1])
        assert outbox.deliver_waiting() == 1
    assert len(server.messages) == 1
    row.refresh_from_db()
    assert row.sent_at is not None
    assert (row.tries, row.last_error) == (2, "")


def test_no_server_is_no_error_for_the_deed(settings):
    with mail_server() as server:
        port = server.server_address[1]
    use_smtp(settings, port)
    row = outbox.post(**LETTER)
    row.refresh_from_db()
    assert (row.sent_at, row.last_error) == (None, "ConnectionRefusedError")


def test_it_gives_up_after_the_last_try():
    row = OutboxMail.objects.create(**LETTER, message_id="<x@portal>", tries=outbox.MAX_TRIES)
    outbox.deliver.call(mail_id=row.pk)
    assert outbox.deliver_waiting() == 0
    assert mail.outbox == []
