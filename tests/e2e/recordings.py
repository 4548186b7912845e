"""A 30-second spoken message in the formats people send, and a signature: made once for a run, with Debian's tools."""
import functools
import pathlib
import struct
import subprocess
import tempfile
import zlib

import workers

WORDS = ("Hello, this is Alice from the second floor. I am calling about the delivery that was due on Tuesday morning. "
         "The driver rang the bell at half past nine, but nobody answered, so the parcel went back to the depot in the old harbour. "
         "Could you please call me back before five o'clock today? Thank you very much, and have a good day. Goodbye. ")
TYPES = {"amr": "audio/AMR", "wav": "audio/wav", "opus": "audio/ogg", "mp3": "audio/mpeg"}


def quiet(*command):
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


class Recordings:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        spoken, wav = self.folder / "spoken.wav", self.folder / "message.wav"
        quiet("espeak-ng", "-s", "150", "-w", spoken, WORDS)
        quiet("sox", spoken, "-r", "8000", "-c", "1", "-b", "16", wav, "pad", "0", "12", "trim", "0", "30")
        quiet("sox", wav, "-t", "amr-nb", "-C", "7", self.folder / "message.amr")
        for name, codec in (("opus", "libopus"), ("mp3", "libmp3lame")):
            quiet("ffmpeg", "-y", "-v", "error", "-i", wav, "-c:a", codec, "-b:a", "24k", self.folder / f"message.{name}")
        quiet("espeak-ng", "-w", self.folder / "who.wav", "This is Alice Example.")
        self.signature_voice = self.folder / "who.amr"
        quiet("sox", self.folder / "who.wav", "-r", "8000", "-c", "1", "-t", "amr-nb", "-C", "7", self.signature_voice)
        self.signature_image = self.folder / "who.png"
        self.signature_image.write_bytes(picture())

    @functools.cached_property
    def voice_variants(self):
        """What the server keeps of the signature's voice: media type -> octets."""
        return workers.voice(self.signature_voice)

    @property
    def image_kept(self):
        """What the server keeps of the signature's picture."""
        return workers.picture(self.signature_image)

    def signature_voice_for(self, media_type):
        """The variant that goes with a message whose own recording is of that type (spec 2.8)."""
        same = [octets for name, octets in self.voice_variants.items() if name.split(";")[0].lower() == media_type.lower()]
        return same[0] if same else self.voice_variants["audio/mpeg"]

    def message(self, kind):
        return self.folder / f"message.{kind}"


def picture():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * 3 + y) & 255 for x in range(64) for _ in range(3)) for y in range(32))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 32, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


@functools.cache
def recordings():
    return Recordings(tempfile.mkdtemp(prefix="paraph-recordings-"))
