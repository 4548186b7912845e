// GMime's view of messages: reads `SIZE\n` and SIZE octets again and again, writes for each a line with the tree as
// attach_dump writes it. Nothing of Paraph is in here.
#include <gmime/gmime.h>

#include <iostream>
#include <string>

namespace {

std::string quoted(const char* octets, std::size_t bytes) {
  gchar* text = g_base64_encode(reinterpret_cast<const guchar*>(octets), bytes);
  const std::string out = "\"" + std::string(text) + "\"";
  g_free(text);
  return out;
}
std::string quoted(const char* text) { return text == nullptr ? "\"\"" : quoted(text, std::string(text).size()); }

std::string type_of(GMimeObject* object) {
  gchar* type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
  gchar* lower = g_ascii_strdown(type, -1);
  const std::string out = lower;
  g_free(lower);
  g_free(type);
  return out;
}

std::string content_of(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  GMimeStream* stream = g_mime_stream_mem_new();
  if (content != nullptr) g_mime_data_wrapper_write_to_stream(content, stream);
  GByteArray* octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  const std::string out = quoted(reinterpret_cast<const char*>(octets->data), octets->len);
  g_object_unref(stream);
  return out;
}

void walk(std::string& out, GMimeObject* object, int depth) {
  if (object == nullptr) return;
  const bool leaf = GMIME_IS_PART(object);
  const std::string type = type_of(object);
  out += (out.empty() ? "[" : ",[") + std::to_string(depth) + "," + quoted(type.c_str()) + "," +
         quoted(g_mime_object_get_content_id(object)) + "," + (leaf ? content_of(GMIME_PART(object)) : "null") + "]";
  if (GMIME_IS_MULTIPART(object)) {
    auto* parts = GMIME_MULTIPART(object);
    for (int i = 0; i < g_mime_multipart_get_count(parts); ++i)
      walk(out, g_mime_multipart_get_part(parts, i), depth + 1);
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner != nullptr) walk(out, g_mime_message_get_mime_part(inner), depth + 1);
  }
}

std::string tree_of(const std::string& text) {
  GMimeStream* stream = g_mime_stream_mem_new_with_buffer(text.data(), text.size());
  GMimeParser* parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
  std::string out;
  if (message != nullptr) {
    walk(out, g_mime_message_get_mime_part(message), 0);
    g_object_unref(message);
  }
  g_object_unref(parser);
  g_object_unref(stream);
  return "[" + out + "]";
}

}  // namespace

int main() {
  g_mime_init();
  std::string line;
  while (std::getline(std::cin, line)) {
    std::string text(std::stoull(line), '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    std::cout << tree_of(text) << "\n" << std::flush;
  }
  g_mime_shutdown();
}
