"""A reader in a terminal, as mutt shows a message: one text after the other, attachments by name. Knows nothing of Paraph.

Of an alternative the plain text is shown where there is one. A forwarded message begins with its From. Other parts are a line in
square brackets.
"""
import email

from first_text import is_inline, strip


def read(octets):
    """What is on the screen."""
    lines = []
    show(email.message_from_bytes(octets), lines)
    return "\n".join(lines)


def show(part, lines):
    kind = part.get_content_type()
    if part.is_multipart() and kind == "multipart/alternative":
        children = part.get_payload()
        plain = [child for child in children if child.get_content_type() == "text/plain"]
        show((plain or children[-1:])[0], lines) if children else None
    elif part.is_multipart():
        if kind.startswith("message/"):
            lines.append(f"From: {part.get_payload()[0]['From']}")
        for child in part.get_payload():
            show(child, lines)
    elif kind in ("text/plain", "text/html") and is_inline(part):
        lines.append(strip(part))
    else:
        lines.append(f"[-- {kind} --]")
