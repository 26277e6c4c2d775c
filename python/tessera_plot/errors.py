"""What a user can mend."""
import difflib


class Refused(Exception):
    """A file, a name or a value that cannot be drawn; the message says what is allowed."""


def look_up(wanted, known, what, where):
    """Returns `wanted` if it is one of `known`, or else raises Refused with the nearest of them."""
    if wanted in known:
        return wanted
    plain = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wanted.lower(), plain, 1, 0.5)
    guess = f"; did you mean '{plain[near[0]]}'?" if near else ""
    there = f"; there are {', '.join(known)}" if len(known) <= 20 else ""
    raise Refused(f"{where} has no {what} '{wanted}'{guess}{there}")
