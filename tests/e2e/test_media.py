"""Recordings and pictures as they come: every format is taken and made into every variant; what is hostile is refused or made safe."""
import ctypes
import math
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import struct
import subprocess
import tempfile
import unittest
import zlib

import workers
from recordings import quiet
from server import Server, until

ALICE = "alice@example.test"
VARIANTS = {"audio/mpeg", "audio/wav", "audio/ogg; codecs=opus", "audio/AMR", "audio/wav; codec=7", "audio/basic", "audio/32KADPCM"}
SENTENCE = re.compile(r"^[a-z].* (?:broken|neither|declared|has|lasts|silent|empty|coded|killed|no sound)", re.M)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=None, more=b""):
    data = rows or zlib.compress(b"".join(b"\0" + bytes(i & 255 for i in range(3 * width)) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def decoded(octets, form, folder):
    """Samples of a file, 8 kHz, as another program hears it."""
    path = pathlib.Path(folder) / "heard"
    path.write_bytes(octets)
    done = subprocess.run(["ffmpeg", "-v", "error", *form, "-i", path, "-f", "s16le", "-ac", "1", "-ar", "8000", "-"], capture_output=True, check=True)
    return struct.unpack(f"<{len(done.stdout) // 2}h", done.stdout)


def heard_by_spandsp(octets, packing):
    """Samples of G.726 at 32 kbit/s, by a decoder that does what G.726 says to the bit. Packing 1: first sample in the high half of an octet, 2: low."""
    library = ctypes.CDLL("libspandsp.so.2")
    library.g726_init.restype = ctypes.c_void_p
    library.g726_decode.argtypes = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    samples = (ctypes.c_int16 * (2 * len(octets)))()
    state = library.g726_init(None, 32000, 0, packing)
    return samples[:library.g726_decode(state, samples, octets, len(octets))]


def correlation(one, other):
    return sum(a * b for a, b in zip(one, other)) / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))


def energy(samples):
    return sum(s * s for s in samples) / max(len(samples), 1)


class Media(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-media-"))
        quiet("espeak-ng", "-w", cls.folder / "say.wav", "This is Alice Example of the northern parcel office.")
        quiet("sox", cls.folder / "say.wav", "-r", "44100", "-c", "2", cls.folder / "wide.wav", "pad", "1", "1.5")
        quiet("sox", cls.folder / "say.wav", "-r", "8000", "-c", "1", cls.folder / "narrow.wav")
        cls.server = Server(accounts=("alice",))
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def convert(self, name, *options, source="wide.wav"):
        quiet("ffmpeg", "-y", "-v", "error", "-i", self.folder / source, *options, self.folder / name)
        return self.folder / name

    def set(self, option, path):
        return self.server.run("signature", "set", ALICE, option, path, check=False)

    def check_whole(self):
        self.assertEqual(self.server.run("check").stdout.count("\n"), 1)

    def test_every_format_is_made_into_every_variant(self):
        quiet("sox", self.folder / "narrow.wav", "-t", "amr-nb", self.folder / "a.amr")
        noise = random.Random(1)  # Debian has no encoder: frames of 6.6 kbit/s that nobody spoke
        (self.folder / "b.amr").write_bytes(b"#!AMR-WB\n" + b"".join(b"\x04" + noise.randbytes(17) for _ in range(100)))
        files = [self.folder / "wide.wav", self.folder / "narrow.wav", self.folder / "a.amr", self.folder / "b.amr",
                 *(self.convert(name) for name in ("a.mp3", "a.m4a", "a.ogg", "a.flac", "a.au")),
                 self.convert("a.opus", "-c:a", "libopus"), self.convert("a.webm", "-c:a", "libopus"), self.convert("a.aac", "-c:a", "aac"),
                 self.convert("fragmented.mp4", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"),
                 self.convert("gsm.wav", "-c:a", "libgsm_ms", source="narrow.wav")]
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(set(workers.voice(file)), VARIANTS)
        self.assertEqual(self.set("--voice", files[0]).stderr, "")
        shown = self.server.run("signature", "show", ALICE).stdout
        for media_type in VARIANTS:
            self.assertIn(media_type, shown)

    def test_what_goes_out_is_of_one_loudness_and_trimmed(self):
        for volume in ("0.03", "0.9"):
            quiet("sox", "-v", volume, self.folder / "wide.wav", self.folder / "soft.wav")
            wav = workers.voice(self.folder / "soft.wav")["audio/wav"]
            (self.folder / "out.wav").write_bytes(wav)
            heard = subprocess.run(["ffmpeg", "-nostats", "-hide_banner", "-i", self.folder / "out.wav", "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"],
                                   capture_output=True, text=True, check=True).stderr.split("Summary:")[1]
            self.assertAlmostEqual(float(re.search(r"I:\s+(-?[\d.]+) LUFS", heard)[1]), -18, delta=1.5)
            self.assertLessEqual(float(re.search(r"Peak:\s+(-?[\d.]+) dBFS", heard)[1]), -1)
            self.assertLess(len(wav) / 32000, 4.5, "2.5 s of silence are gone")

    def test_others_hear_the_adpcm_sample_by_sample(self):
        variants = workers.voice(self.folder / "narrow.wav")
        wanted = decoded(variants["audio/wav"], ("-f", "wav"), self.folder)
        adpcm = variants["audio/32KADPCM"]
        loud = [at for at in range(0, len(wanted) - 800, 800) if energy(wanted[at:at + 800]) > energy(wanted) / 10]
        def tenths(samples):
            """How like the recording each loud tenth of a second is, the least first."""
            return sorted(correlation(samples[at:at + 800], wanted[at:at + 800]) for at in loud)
        self.assertAlmostEqual(len(heard_by_spandsp(adpcm, 2)), len(wanted), delta=1)
        self.assertGreater(tenths(heard_by_spandsp(adpcm, 2))[0], 0.97)
        self.assertLess(tenths(heard_by_spandsp(adpcm, 2)[1:])[0], 0.95, "a sample off, it is another sound")
        self.assertLess(statistics.median(tenths(heard_by_spandsp(adpcm, 1))), 0.8, "the other half first")
        # FFmpeg does not decode to the bit: here and there it cracks.
        self.assertGreater(statistics.median(tenths(decoded(adpcm, ("-f", "g726le", "-code_size", "4", "-sample_rate", "8000"), self.folder))), 0.97)

    def test_adpcm_of_others_is_heard_without_a_crack(self):
        adpcm = workers.voice(self.folder / "narrow.wav")["audio/32KADPCM"]
        (self.folder / "spoken.726").write_bytes(adpcm)
        wanted = heard_by_spandsp(adpcm, 2)
        heard = decoded(workers.voice(self.folder / "spoken.726", "audio/32KADPCM")["audio/wav"], ("-f", "wav"), self.folder)
        self.assertGreater(correlation(heard, wanted), 0.99)
        (self.folder / "spoken.726").write_bytes(bytes(480_001))
        with self.assertRaisesRegex(AssertionError, "lasts over 120 s"):
            workers.voice(self.folder / "spoken.726", "audio/32KADPCM")

    def test_a_worker_waits_for_the_next_import_and_ends_with_the_server(self):
        with Server(accounts=("alice",)) as server:
            def workers_of_it():
                listed = subprocess.run(["ps", "--ppid", str(server.process.pid), "-o", "pid=,comm="], capture_output=True, text=True, check=False).stdout
                return {int(line.split()[0]) for line in listed.splitlines() if "paraph-media" in line}
            self.assertEqual(workers_of_it(), set(), "nothing was imported yet")
            seen = set()
            for voice in ("wide.wav", "narrow.wav"):
                server.run("signature", "set", ALICE, "--voice", self.folder / voice)
                (waits,) = until(lambda: workers_of_it() - seen)
                seen.add(waits)
            status = pathlib.Path(f"/proc/{waits}/status")
            until(lambda: "Seccomp:\t2" in status.read_text())
            os.kill(waits, signal.SIGKILL)
            server.run("signature", "set", ALICE, "--voice", self.folder / "wide.wav")
            (waits,) = until(lambda: workers_of_it() - {waits})
            server.stop(signal.SIGKILL)
            def runs():
                return subprocess.run(["ps", "-o", "stat=", "-p", str(waits)], capture_output=True, text=True, check=False).stdout.strip()
            until(lambda: runs()[:1] in ("", "Z"))

    def test_half_a_recording_is_half_as_long(self):
        # Those that are recorded into a pipe name no length, or a wrong one: what is there is taken.
        for name in ("narrow.wav", "a.mp3", "a.flac", "a.ogg", "a.aac"):
            with self.subTest(name):
                octets = (self.folder / name if name == "narrow.wav" else self.convert(name)).read_bytes()
                whole, half = (int(workers.ask("paraph-media", part)[6]) for part in (octets, octets[:len(octets) // 2]))
                self.assertTrue(0.3 * whole < half < 0.7 * whole, (half, whole))

    def test_half_a_picture_is_none(self):
        quiet("ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=800x600", "-frames:v", "1", self.folder / "half.jpg")
        for name in ("half.jpg", "half.png", "half.gif", "half.webp"):
            octets = (self.folder / name if name == "half.jpg" else self.convert(name, source="half.jpg")).read_bytes()
            self.assertEqual(workers.ask("paraph-media-picture", octets)[0], b"picture")
            for part in (octets[:len(octets) // 2], octets[:-20]):
                with self.subTest(name, octets=len(part)):
                    answer = workers.ask("paraph-media-picture", part)
                    self.assertEqual(answer[:2], [b"failed", b"bad-input"])
                    self.assertRegex(answer[2].decode(), SENTENCE)

    def test_hostile_recordings_are_refused_or_made_safe(self):
        wav = (self.folder / "narrow.wav").read_bytes()
        hours = self.convert("hours.flac", "-f", "flac", "-af", "volume=0,apad=whole_dur=36000", source="narrow.wav")
        cover = self.convert("cover.mp3", "-metadata", "title=SECRETTAG", "-id3v2_version", "3")
        comment = self.convert("comment.ogg", "-metadata", "comment=" + "SECRETTAG" * 10_000)
        hostile = {
            "empty": b"", "truncated.wav": wav[:30], "lying.wav": wav[:40] + b"\xff\xff\xff\xff" + wav[44:], "junk.wav": b"RIFF" + b"\xff" * 4096,
            "list.wav": wav[:12] + b"LIST" + struct.pack("<I", 14) + b"SECRETTAGSECRE" + wav[12:], "polyglot.wav": wav + b"PK\3\4SECRETTAG",
            "playlist.wav": b"#EXTM3U\nfile:///etc/passwd\n", "concat.wav": b"ffconcat version 1.0\nfile /etc/passwd\n",
            "page.mp3": b"<html>SECRETTAG</html>", "mp3.mp3": b"\xff\xfb" + b"\0" * 5000, "ogg.ogg": b"OggS" + b"\xff" * 2000,
            "riff64.wav": b"RIFF" + b"\xff" * 4 + b"WAVEfmt \x10\0\0\0\1\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x20\0data\xff\xff\xff\xff" + b"\1" * 500,
            "hours.flac": hours.read_bytes(), "cover.mp3": cover.read_bytes(), "comment.ogg": comment.read_bytes()}
        for name, octets in hostile.items():
            with self.subTest(name):
                answer = workers.ask("paraph-media", octets)
                if answer[0] == b"voice":
                    self.assertFalse(any(b"SECRETTAG" in field for field in answer))
                else:
                    self.assertRegex(answer[2].decode(), SENTENCE)
                (self.folder / "hostile").write_bytes(octets)
                self.assertIn(self.set("--voice", self.folder / "hostile").returncode, (0, 1))
        self.assertEqual(workers.ask("paraph-media", hostile["hours.flac"])[0], b"failed")
        self.assertEqual(workers.ask("paraph-media", hostile["playlist.wav"])[1], b"unsupported")
        self.check_whole()

    def test_hostile_pictures_are_refused_or_made_safe(self):
        exif = b"\xff\xe1" + struct.pack(">H", 2 + 6 + 30) + b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\0SECRETTAG-51.5N-0.1W"[:30].ljust(30)
        quiet("ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=800x600", "-frames:v", "1", self.folder / "a.jpg")
        jpeg = (self.folder / "a.jpg").read_bytes()
        quiet("ffmpeg", "-y", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=200x100:rate=5", "-t", "1", self.folder / "a.gif")
        pictures = {
            "gps.jpg": (jpeg[:2] + exif + jpeg[2:], True), "trailing.jpg": (jpeg + b"PK\3\4SECRETTAG", True),
            "polyglot.png": (png(300, 100) + b"PK\3\4SECRETTAG", True), "text.png": (png(30, 10, more=chunk(b"tEXt", b"Comment\0SECRETTAG")), True),
            "animated.gif": ((self.folder / "a.gif").read_bytes(), True), "bomb.png": (png(60000, 60000, zlib.compress(b"\0" * 1000)), False),
            "long.png": (png(1, 5000), False), "empty.png": (b"", False), "junk.jpg": (b"\xff\xd8\xff" + b"\xff" * 3000, False),
            "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>", False),
            "postscript.png": (b"%!PS\n", False), "half.png": (png(600, 200)[:100], False)}
        for name, (octets, taken) in pictures.items():
            with self.subTest(name):
                answer = workers.ask("paraph-media-picture", octets)
                self.assertEqual(answer[0], b"picture" if taken else b"failed", answer)
                if answer[0] == b"picture":
                    self.assertNotIn(b"SECRETTAG", answer[1])
                    self.assertTrue(answer[1].startswith((b"\x89PNG", b"\xff\xd8")))
                    self.assertLessEqual((int(answer[5]), int(answer[6])), (600, 600))
                    self.assertLessEqual(int(answer[6]), 200)
                else:
                    self.assertRegex(answer[2].decode(), SENTENCE)
                (self.folder / "hostile").write_bytes(octets)
                self.assertIn(self.set("--image", self.folder / "hostile").returncode, (0, 1))
        self.check_whole()


if __name__ == "__main__":
    unittest.main()
