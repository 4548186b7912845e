"""What a received message must look like."""
import email
import email.policy


def parse(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def leaves(message):
    return [part for part in message.walk() if not part.is_multipart()]


def is_signature(part):
    return "originator-spoken-name" in (part.get("Content-Disposition") or "").lower() or "@sig." in (part.get("Content-ID") or "")


def check_signed(test, octets, audio, recordings, text="Alice Example"):
    """The sender's audio is there octet for octet and first; the signature's voice, picture and text decode to what was set."""
    message = parse(octets)
    parts = leaves(message)
    sounds = [p for p in parts if p.get_content_maintype() == "audio"]
    test.assertEqual(len(sounds), 2, [p.get_content_type() for p in parts])
    test.assertEqual(sounds[0].get_payload(decode=True), audio, "the first audio is the message, octet for octet")
    test.assertFalse(is_signature(sounds[0]))
    test.assertEqual(sounds[1].get_payload(decode=True), recordings.signature_voice_for(sounds[0].get_content_type()))
    test.assertTrue(is_signature(sounds[1]))
    pictures = [p for p in parts if p.get_content_maintype() == "image"]
    test.assertEqual([p.get_payload(decode=True) for p in pictures], [recordings.image_kept])
    plain = [p for p in parts if p.get_content_type() == "text/plain"]
    bodies = [p.get_content().replace("\r\n", "\n") for p in plain]
    test.assertEqual(sum(body.count(text) for body in bodies), 1, bodies)
    test.assertIn("-- \n" + text, "".join(bodies))
