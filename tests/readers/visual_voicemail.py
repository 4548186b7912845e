"""A phone's visual voicemail, as AOSP's client and its kin read a message. Knows nothing of Paraph.

- A message whose top level is not multipart is not shown.
- Only direct children count. The first audio/* is the voicemail, the last text/* its transcription.
- Audio is decoded as base64, whatever the part says.
- The length is the Content-Duration of the message itself.
"""
import base64
import email


def read(octets):
    """None, or {"audio": octets or None, "transcription": text or None, "seconds": text or None}."""
    message = email.message_from_bytes(octets)
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        return None
    audio = transcription = None
    for child in message.get_payload():
        if child.get_content_maintype() == "audio" and audio is None:
            audio = decoded(child)
        if child.get_content_maintype() == "text":
            transcription = text_of(child)
    return {"audio": audio, "transcription": transcription, "seconds": message.get("Content-Duration")}


def text_of(part):
    """By the charset that is named; else UTF-8 where it is UTF-8, and something that always can be read."""
    octets = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    try:
        return octets.decode(charset, "strict" if part.get_content_charset() is None else "replace")
    except (LookupError, UnicodeDecodeError):
        return octets.decode("latin-1")


def decoded(part):
    """Base64, and what is whole of it when it was cut off."""
    characters = b"".join(part.get_payload().encode("ascii", "replace").split())
    return base64.b64decode(characters[:len(characters) - len(characters) % 4])
