// paraph-media-picture: takes one picture from standard input, and gives it back as a signature may have it.
#include "media/picture/picture.h"
#include "media/worker/run.h"

int main() {
  using namespace paraph;
  using namespace paraph::media;
  const auto ready = picture::prepare();
  worker::run([&](const Request& request) {
    if (!ready) return format_answer(Result<File>(std::unexpected(ready.error())));
    return format_answer(picture::import_picture(request));
  });
}
