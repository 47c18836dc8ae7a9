"""`verify_published`: is every public text still the approved one, and the audit trail unbroken? Ends with 1 if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ichinoseki_portal import audit
from plans.actions.verifying import changed_since_publication


class Command(BaseCommand):
    help = "公開した文が決裁のときのままか、監査記録が途切れていないかを確かめます。"

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = [f"「{one}」（v{one.sequence}）の内容が、公開したときと違います。" for one in changed_since_publication()]
        broken = audit.first_broken()
        if broken is not None:
            wrong.append(f"監査記録の{broken}番が、書かれたときと違います。")
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write("公開した文は、すべて公開したときのままです。監査記録も途切れていません。")
