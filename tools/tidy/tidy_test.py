#!/usr/bin/env python3
"""The rules find what they say, and nothing else."""
import pathlib
import tempfile
import unittest

import awaits
import limits
import rooms
import texts


class Awaits(unittest.TestCase):
    GOOD = ["co_await a();", "auto x = co_await a(b, c[1]);", "const auto n = co_await s.read(f(x));", "x = co_await a();",
            "if (n > 3) co_await a();", "for (auto& x : list) co_await x.go();", "for (int i = 0; i < 3; ++i) co_await a(i);",
            "if (a) x = co_await f(); else co_await g();", "PARAPH_CO_TRY(auto x, co_await f(a, b));", "PARAPH_CO_TRY(const std::string x, co_await f());",
            "PARAPH_CO_CHECK(co_await f());", "co_return co_await f();", "std::vector<int> x = co_await f();", "case Verb::A: co_await f(); break;",
            "while (true) { co_await f(); }", "state_.x = co_await f();", "list[3] = co_await f();", "// if (co_await f())", 's = "if (co_await f())";',
            "if (x == T{1}) co_await f();", "auto [a, b] = f(); co_await g();", "co_await f(a ? b : c);"]
    BAD = ["if (co_await f()) return;", "while (co_await f()) {}", "auto n = big ? co_await a() : co_await b();", "g(co_await f());",
           "co_await f({.a = 1});", "co_await f(T{1});", "co_await run([x] { go(); });", "return T{co_await f()};", "auto x = !co_await f();",
           "auto x = 1 + co_await f();", "co_await f(co_await g());", "auto x = co_await f() ? 1 : 2;", "auto x = co_await f() && y;", "switch (co_await f()) {}",
           "co_await (c ? f() : g());"]

    def faults(self, code):
        return list(awaits.check("src/a.cpp", "Task<void> f() {\n" + code + "\n}\n"))

    def test_good(self):
        for code in self.GOOD:
            self.assertEqual(self.faults(code), [], code)

    def test_bad(self):
        for code in self.BAD:
            faults = self.faults(code)
            self.assertTrue(faults, code)
            self.assertEqual(faults[0][1], 2, code)


class Includes(unittest.TestCase):
    def faults(self, name, include):
        return list(rooms.check_includes(name, f"#include {include}\n"))

    def test_table(self):
        for name, include, good in (
                ("src/mime/a.cpp", '"base/text.h"', True), ("src/mime/a.cpp", '"service/limits.h"', False), ("src/base/a.cpp", '"mail/rope.h"', False),
                ("src/wire/imap/a.h", '"wire/smtp/a.h"', False), ("src/wire/imap/a.h", '"base/task.h"', False), ("src/wire/imap/a.h", '"wire/imap/b.h"', True),
                ("src/service/a.cpp", '"store/store.h"', True), ("src/service/a.cpp", '"store/rocks/a.h"', False), ("src/service/a_test.cpp", '"store/memory/a.h"', True),
                ("src/session/smtp/a.cpp", '"wire/imap/a.h"', False), ("src/session/smtp/a.cpp", '"session/sasl/a.h"', True), ("src/app/main.cpp", '"store/rocks/a.h"', True),
                ("src/service/a_test.cpp", '"session/smtp/a.h"', False), ("src/mail/a.h", "<boost/asio.hpp>", False), ("src/base/task.h", "<boost/asio.hpp>", True),
                ("src/service/a.cpp", "<rocksdb/db.h>", False), ("src/store/rocks/a.cpp", "<rocksdb/db.h>", True), ("src/mail/a.h", "<format>", False),
                ("src/kitchen/a.h", '"base/text.h"', False), ("src/mail/a.h", '"rope.h"', False)):
            self.assertEqual(not self.faults(name, include), good, (name, include))


class Readmes(unittest.TestCase):
    def test_each_file_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src/mail").mkdir(parents=True)
            names = ["src/mail/a.h", "src/mail/a.cpp", "src/mail/ba.h"]
            self.assertEqual(len(list(rooms.check_readmes(root, names))), 1)
            (root / "src/mail/README.md").write_text("- `ba.h`, `a.cpp`: x\n")
            self.assertEqual([what for _, _, what in rooms.check_readmes(root, names)], ["does not name a.h"])


class Limits(unittest.TestCase):
    def test_each_is_known(self):
        header = "  std::uint32_t a_max = 1;\n  std::chrono::seconds b_timeout{2};  ///< c\n"
        whole = {limits.LIMITS: header, limits.READER: '"a_max" "b_timeout"', limits.DOCUMENT: "`a_max` `b_timeout`"}
        self.assertEqual(list(limits.check(whole)), [])
        whole[limits.DOCUMENT] = "`a_max`"
        self.assertEqual(len(list(limits.check(whole))), 1)


class Texts(unittest.TestCase):
    def test_table(self):
        for line, good in (("TO" + "DO: x", False), ("// FIX" + "ME", False), ("/wo" + "rk/main", False), ("/ho" + "me/joe/x", False), ("framework/main", True),
                           ("see issue " + "#3", False), ("an issue of 3 parts", True), ("a/work", True)):
            self.assertEqual(not list(texts.check("src/a.cpp", line)), good, line)
        self.assertTrue(list(texts.check("a.py", "x\n" * 701)))
        self.assertTrue(list(texts.check("a.h", "x\n")))


if __name__ == "__main__":
    unittest.main()
