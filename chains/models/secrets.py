"""Find and mask what looks like a secret; secrets belong in environment variables and nowhere else."""

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from chains.errors import BadInput

SECRET_NAME: Final = re.compile(
    r"authori[sz]ation|api[-_]?key|token$|secret|passw(?:or)?d|passphrase|cookie|credential|bearer|"
    r"(?:private|access|auth|signing|subscription)[-_]?key|^auth$|^key$|^pwd$",
    re.IGNORECASE,
)
SECRET_LOOK: Final = re.compile(
    r"^(?:Bearer|Basic|Token)\s+\S{4,}"
    r"|(?:\b|_)(?:sk|pk|rk|gsk|xai|key|hf|r8|nvapi|pplx|tgp|ghp|gho|github_pat|glpat|xox[abp])[-_][\w.-]{8,}"
    r"|\bAIza[\w-]{20,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\beyJ[\w-]{10,}\.[\w-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|[a-z]://[^/\s:@]*:[^/\s@]+@",
    re.IGNORECASE,
)
_RANDOM: Final = re.compile(r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w+/=-]{32,}$")
"""A long word of small letters, capitals and digits: most keys look like this, and no parameter does."""
VARIABLE: Final = re.compile(r"[A-Za-z_]\w*")
_USERINFO: Final = re.compile(r"(?<=://)[^/@\s]*@")
MOST_DIGITS: Final = 4
"""Of a variable's name."""
MASK: Final = "****"
PART: Final = 8
"""Length of a secret's beginning and end that are masked too, if the secret is twice as long."""


def looks_secret(text: str) -> bool:
    """Return whether a text looks like a key, a token, or an address with a password."""
    return SECRET_LOOK.search(text) is not None or _RANDOM.match(text) is not None


def names_a_variable(text: str) -> bool:
    """Return whether a text is the name of an environment variable, and not a key that was put in its place.

    `HF_API_TOKEN` begins as some keys do; but keys have small letters, or many digits.
    """
    if VARIABLE.fullmatch(text) is None:
        return False
    return (text.isupper() and sum(sign.isdigit() for sign in text) < MOST_DIGITS) or not looks_secret(text)


def secrets_in(value: Any, place: str) -> Iterator[str]:
    """Yield where in a JSON value, at any depth, there is what looks like a secret.

    Args:
        value: The value to search.
        place: Its name, such as `extra_body`.
    """
    if isinstance(value, Mapping):
        for name, inner in value.items():
            named = SECRET_NAME.search(str(name)) is not None and isinstance(inner, str | Mapping | list | tuple)
            if named or looks_secret(str(name)):
                yield f"{place}.{name}" if named else f"a name in {place}"
            else:
                yield from secrets_in(inner, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from secrets_in(inner, f"{place}.{number}")
    elif isinstance(value, str) and looks_secret(value):
        yield place


def from_environment(variables: Mapping[str, str], what: str) -> dict[str, str]:
    """Return the value of each variable, by the name that it is sent under.

    Args:
        variables: The variables, by those names.
        what: What they are, for errors.

    Raises:
        BadInput: A variable is not set, or holds what can't be sent.
    """
    found = {}
    for name, variable in variables.items():
        value = os.environ.get(variable, "").strip()
        if not value:
            raise BadInput(f"{variable} is not set; put the value of {what} {name!r} into that variable")
        if not (value.isascii() and value.isprintable()):
            raise BadInput(f"{variable} holds signs that {what} {name!r} can't have; only printable ASCII can be sent")
        found[name] = value
    return found


def without_userinfo(address: str) -> str:
    """Return an address with its user and password masked."""
    return _USERINFO.sub(f"{MASK}@", address)


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text with the secrets (whole, in part, or encoded) and everything that looks like one masked.

    Args:
        text: What an endpoint said.
        secrets: What was sent to it.
    """
    for secret in secrets:
        for form in forms_of(secret):
            text = text.replace(form, MASK)
    return SECRET_IN_WORDS.sub(MASK, text)


SECRET_IN_WORDS: Final = re.compile(r"(?:sk|pk|gsk|xai|key)[-_][\w*.-]{6,}|(?<=Bearer )\S+", re.IGNORECASE)


def forms_of(secret: str) -> list[str]:
    """Return the forms in which a secret may be echoed, longest first: itself, encoded, its beginning, its end."""
    if len(secret) < 4:
        return []
    forms = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), secret.upper(), secret.lower()}
    if len(secret) >= 2 * PART:
        forms |= {secret[:-PART], secret[PART:], secret[:PART], secret[-PART:]}
    return sorted(forms, key=len, reverse=True)
