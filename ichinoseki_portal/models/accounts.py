"""People who sign in: the e-mail address is the login name."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Department(models.Model):
    """課・係. A renamed or merged department stays, with its successor, so that history keeps its names."""

    code = models.SlugField(_("コード"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    successor = models.ForeignKey(
        "self", verbose_name=_("引き継いだ課"), null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    fictional = models.BooleanField(_("架空"), default=False)

    class Meta:
        verbose_name = _("所管課")
        verbose_name_plural = _("所管課")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person. Raises ValueError without an e-mail address."""
        if not email:
            raise ValueError(gettext("メールアドレスが必要です。"))
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        _("メールアドレス"), unique=True, error_messages={"unique": _("このメールアドレスは登録済みです。")}
    )
    name = models.CharField(_("氏名"), max_length=80)
    department = models.ForeignKey(
        Department, verbose_name=_("所管課"), null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    is_staff = models.BooleanField(_("管理画面に入れる"), default=False)
    is_active = models.BooleanField(_("有効"), default=True)
    fictional = models.BooleanField(_("架空"), default=False)
    date_joined = models.DateTimeField(_("登録日時"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("利用者")
        verbose_name_plural = _("利用者")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_ci", violation_error_message=_("このメールアドレスは登録済みです。")
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def shown_name(self) -> str:
        """What public pages and files say of who wrote or confirmed something: the department, never the person."""
        return self.department.name if self.department else gettext("担当")

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
