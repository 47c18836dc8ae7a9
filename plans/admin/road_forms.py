"""What each move of the road asks of a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ichinoseki_portal.fiscal import JST
from ichinoseki_portal.models import ApprovalRoute
from ichinoseki_portal.text import RefusedText, clean
from plans.models import Decision

STALE = gettext_lazy("画面が古いか、正しく開かれていません。読み直して、もう一度確かめてください。")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M:%S", attrs={"step": "1"})


class MoveForm(forms.Form):
    """Its fields are the keyword arguments of the deed; text comes clean."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name, value in list(values.items()):
            if isinstance(value, str):
                try:
                    values[name] = clean(value).strip()
                except RefusedText as error:
                    self.add_error(name, str(error))
        return values

    def facts(self) -> dict[str, Any]:
        """What goes to the deed."""
        return dict(self.cleaned_data)


class Seen(MoveForm):
    """Carries the hash of what was shown, so that nobody decides on what they have not seen."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, error_messages={"required": STALE})


def _words(label: Any, help_text: Any = "", *, required: bool = False, missing: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": missing} if missing else None,
    )


class SubmitForm(MoveForm):
    route = forms.ModelChoiceField(
        ApprovalRoute.objects.filter(is_active=True),
        label=gettext_lazy("決裁の順路"),
        required=False,
        empty_label=gettext_lazy("順路なし（決裁者の一人が決裁する）"),
        help_text=gettext_lazy("順路を選ぶと、係長・課長・部長などが順番に印を押します"),
    )


class SignForm(Seen):
    """``instead_of``: the post a deputy signs for; without one, the seal is the person's own."""

    seen_step = forms.CharField(widget=forms.HiddenInput, max_length=40, error_messages={"required": STALE})
    as_deputy = forms.BooleanField(error_messages={"required": gettext_lazy("代わって押すことを確かめて、選んでください。")})
    absence = forms.CharField(
        label=gettext_lazy("代決する理由"),
        help_text=gettext_lazy("例 出張で不在のため"),
        max_length=200,
        error_messages={"required": gettext_lazy("代決する理由を書いてください。")},
    )
    comment = _words(gettext_lazy("意見（なくてもよい）"))

    def __init__(self, *args: Any, instead_of: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if instead_of:
            self.fields["as_deputy"].label = _("「%(post)s」に代わって押す（代決する）") % {"post": instead_of}
        else:
            del self.fields["as_deputy"], self.fields["absence"]


class ReturnForm(MoveForm):
    why = _words(
        gettext_lazy("差し戻す理由"),
        gettext_lazy("起案した人が読みます。項目ごとの指摘は、読む画面で書けます"),
        required=True,
        missing=gettext_lazy("差し戻す理由を書いてください。"),
    )


class PullBackForm(MoveForm):
    why = _words(gettext_lazy("引き戻す理由（なくてもよい）"))


class ApproveForm(Seen):
    why = _words(gettext_lazy("意見（なくてもよい）"))


class OverrideForm(Seen):
    override = _words(
        gettext_lazy("例外として決裁する理由"),
        gettext_lazy("理由は、あなたの名前と日時とともに残り、監査で見られます"),
        required=True,
        missing=gettext_lazy("例外として決裁する理由を書いてください。"),
    )


class RecordForm(forms.ModelForm, Seen):
    """決裁 made on paper, in the document system, or by the council."""

    class Meta:
        model = Decision
        fields = (
            *("decided_on", "document_number", "category"),
            *("bill_number", "council_date", "council_result", "amendments", "opinion"),
        )
        help_texts = {"bill_number": gettext_lazy("ここから下は、議会の議決のときに書きます")}
        widgets = {
            "decided_on": DayInput(),
            "council_date": DayInput(),
            "amendments": forms.Textarea(attrs={"rows": 3}),
            "opinion": forms.Textarea(attrs={"rows": 3}),
        }

    def facts(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        return {"seen_hash": values.pop("seen_hash"), "decision": values}

    def _post_clean(self) -> None:
        """The record is made and checked by the action."""


class PublishForm(Seen):
    when = forms.ChoiceField(
        label=gettext_lazy("いつ公開しますか"),
        choices=[("now", gettext_lazy("いますぐ")), ("at", gettext_lazy("日時を決めて予約する"))],
        initial="now",
        widget=forms.RadioSelect,
    )
    day = forms.DateField(label=gettext_lazy("公開する日"), required=False, widget=DayInput())
    time = forms.TimeField(
        label=gettext_lazy("公開する時刻"),
        required=False,
        widget=TimeInput(),
        help_text=gettext_lazy("日本の時刻です。その秒からだれでも見られます"),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["at"] = None
        if values.get("when") == "at" and not self.errors:
            if not values.get("day") or values.get("time") is None:
                self.add_error("day", _("予約するときは、日と時刻を両方書いてください。"))
            else:
                values["at"] = dt.datetime.combine(values["day"], values["time"], tzinfo=JST)
                if values["at"] <= timezone.now():
                    self.add_error("day", _("過ぎた日時には予約できません。いまより後の日時を書いてください。"))
        elif values.get("when") == "now" and (values.get("day") or values.get("time") is not None):
            self.add_error("when", _("日時が書いてあります。予約するときは「日時を決めて予約する」を選んでください。"))
        return values

    def facts(self) -> dict[str, Any]:
        return {"at": self.cleaned_data["at"], "seen_hash": self.cleaned_data["seen_hash"]}


class UnscheduleForm(MoveForm):
    why = _words(gettext_lazy("理由（なくてもよい）"))


class WithdrawForm(MoveForm):
    why = _words(
        gettext_lazy("公開を取りやめる理由"),
        gettext_lazy("この理由は公開されます。取りやめたページを開いた人に、そのまま見せます"),
        required=True,
        missing=gettext_lazy("公開を取りやめる理由を書いてください。"),
    )
