"""What can be done with accounts, each as one verb."""

from learnenv.accounts.services.changing import (
    Profile,
    ask_email_change,
    ask_recovery,
    change_email,
    change_password,
    change_profile,
    recover,
)
from learnenv.accounts.services.entry import (
    accept_invitation,
    confirm,
    invitation,
    invite,
    setup_token,
    sign_up,
)
from learnenv.accounts.services.roles import (
    CERTIFIERS,
    GRANTABLE,
    STAFF,
    grant_role,
    set_active,
    withdraw_role,
)
from learnenv.accounts.services.sessions import (
    end_one_session,
    end_session,
    end_sessions,
    look_as,
    open_session,
    sign_in,
)
from learnenv.accounts.services.tokens import (
    TOKEN_LIFE,
    TRIES_PER_ACCOUNT,
    WINDOW_SECONDS,
    normal_email,
    take_token,
    token_hash,
)

__all__ = [
    "CERTIFIERS",
    "GRANTABLE",
    "STAFF",
    "TOKEN_LIFE",
    "TRIES_PER_ACCOUNT",
    "WINDOW_SECONDS",
    "Profile",
    "accept_invitation",
    "ask_email_change",
    "ask_recovery",
    "change_email",
    "change_password",
    "change_profile",
    "confirm",
    "end_one_session",
    "end_session",
    "end_sessions",
    "grant_role",
    "invitation",
    "invite",
    "look_as",
    "normal_email",
    "open_session",
    "recover",
    "set_active",
    "setup_token",
    "sign_in",
    "sign_up",
    "take_token",
    "token_hash",
    "withdraw_role",
]
