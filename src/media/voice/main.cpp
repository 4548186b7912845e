// paraph-media: takes one recording from standard input, and gives it back in the formats of a voice signature.
#include "media/voice/voice.h"
#include "media/worker/run.h"

int main() {
  using namespace paraph::media;
  worker::run([](const Request& request) { return format_answer(voice::import_voice(request)); });
}
