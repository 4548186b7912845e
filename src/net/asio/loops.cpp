#include "net/asio/loops.h"

#include <boost/asio/post.hpp>
#include <exception>

#include "base/log.h"
#include "net/asio/connections.h"

namespace paraph::net::asio {
namespace {

// Tasks are caught at their gate; what arrives here escaped from a handler of ours, and ends that handler only.
void run_loop(boost::asio::io_context& context) {
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& escaped) {
      log(Level::Error, "loop exception what=\"{}\"", escaped.what());
    }
  }
}

}  // namespace

Loops::Loops(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    // The hint 1: one thread runs it, any thread may post to it.
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
    guards_.emplace_back(contexts_.back()->get_executor());
  }
}

Loops::~Loops() { stop(); }

Executor Loops::at(std::size_t index) const { return contexts_[index]->get_executor(); }

void Loops::run() {
  for (const auto& context : contexts_) threads_.emplace_back([&context = *context] { run_loop(context); });
}

void Loops::stop() {
  for (const auto& context : contexts_) context->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Loops::poke_all() {
  for (std::size_t i = 0; i < size(); ++i)
    boost::asio::post(at(i), [loop = at(i)] { Connections::of(loop).poke_all(); });
}

void Loops::close_all() {
  for (std::size_t i = 0; i < size(); ++i)
    boost::asio::post(at(i), [loop = at(i)] { Connections::of(loop).close_all(); });
}

}  // namespace paraph::net::asio
