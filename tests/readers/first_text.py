"""A desktop program with the habit of Outlook: the first text is the body, each later one a file. Knows nothing of Paraph.

Of an alternative the HTML is shown where there is one. A text that is an attachment, or has a file name, is a file.
"""
import email
import html.parser

from visual_voicemail import text_of


def read(octets):
    """{"body": shown text or None, "files": [shown text of later text parts]}."""
    texts = []
    walk(email.message_from_bytes(octets), texts)
    shown = [strip(part) for part in texts]
    return {"body": shown[0] if shown else None, "files": shown[1:]}


def walk(part, texts):
    kind = part.get_content_type()
    if kind == "multipart/alternative" and part.is_multipart():
        found = [alternative(child) for child in part.get_payload()]
        best = [each for each in found if each and each[0].get_content_subtype() == "html"] or [each for each in found if each]
        texts += best[0] if best else []
    elif part.is_multipart() and part.get_content_maintype() == "multipart":
        for child in part.get_payload():
            walk(child, texts)
    elif kind in ("text/plain", "text/html") and not part.is_multipart() and is_inline(part):
        texts.append(part)


def alternative(part):
    inside = []
    walk(part, inside)
    return inside


def is_inline(part):
    return part.get_content_disposition() != "attachment" and part.get_filename() is None


class Shown(html.parser.HTMLParser):
    """The words of HTML; what is in head, style and script is not shown."""
    BREAKS = {"br", "p", "div", "hr", "blockquote", "tr", "li"}
    HIDDEN = {"style", "script", "title"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words, self.hidden = [], 0

    def handle_starttag(self, tag, _):
        self.hidden += tag in self.HIDDEN
        self.words += ["\n"] if tag in self.BREAKS else []

    def handle_endtag(self, tag):
        self.hidden -= tag in self.HIDDEN
        self.words += ["\n"] if tag in self.BREAKS else []

    def handle_data(self, text):
        self.words += [] if self.hidden else [text]


def strip(part):
    text = text_of(part)
    if part.get_content_subtype() != "html":
        return text
    reader = Shown()
    reader.feed(text)
    reader.close()
    return "".join(reader.words)
