#pragma once
#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/task.h"

namespace paraph::store::rocks {

/// A coroutine that waits for a T which another thread makes. Keeps its event loop running. Move-only; given exactly
/// once.
template <class T>
class Answer {
 public:
  template <class Handler>
  explicit Answer(Handler handler)
      : loop_(boost::asio::get_associated_executor(handler)),
        handler_([h = std::move(handler)](std::exception_ptr error, T value) mutable {
          std::move(h)(std::move(error), std::move(value));
        }) {}

  void give(T value) { value_ = std::move(value); }
  void give(std::exception_ptr error) { error_ = std::move(error); }
  Executor loop() const { return loop_.get_executor(); }
  /// On the loop's own thread: the coroutine goes on, inside this call.
  void resume() {
    auto handler = std::move(handler_);
    handler(std::move(error_), std::move(value_));
  }

 private:
  boost::asio::executor_work_guard<Executor> loop_;
  std::move_only_function<void(std::exception_ptr, T)> handler_;
  std::exception_ptr error_;
  T value_;
};

/// Awaits the Answer that is handed to `begin`, which runs at once, on this thread, and must not resume it itself.
template <class T, class Begin>
Task<T> await_answer(Begin begin) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(std::exception_ptr, T)>(
      [](auto handler, Begin start) { start(Answer<T>(std::move(handler))); }, use_task, std::move(begin));
}

/// Resumes one coroutine on its loop.
template <class T>
void resume(Answer<T> answer) {
  const Executor loop = answer.loop();
  boost::asio::post(loop, [a = std::move(answer)]() mutable { a.resume(); });
}

/// Resumes many, in order, with one hop for each event loop among them.
template <class T>
void resume_all(std::vector<Answer<T>> answers) {
  /// What one loop is to do. Should a coroutine throw out of its loop, those behind it go on all the same.
  struct Resumer {
    std::vector<Answer<T>> answers;
    std::size_t next = 0;
    void operator()() {
      while (next < answers.size()) {
        try {
          answers[next++].resume();
        } catch (...) {
          if (next < answers.size()) {
            const Executor loop = answers[next].loop();
            boost::asio::post(loop, std::move(*this));
          }
          throw;
        }
      }
    }
  };
  std::vector<std::pair<Executor, Resumer>> loops;
  for (auto& answer : answers) {
    const Executor loop = answer.loop();
    auto at = std::find_if(loops.begin(), loops.end(), [&](const auto& one) { return one.first == loop; });
    if (at == loops.end()) at = loops.insert(loops.end(), {loop, Resumer{}});
    at->second.answers.push_back(std::move(answer));
  }
  for (auto& [loop, resumer] : loops) boost::asio::post(loop, std::move(resumer));
}

}  // namespace paraph::store::rocks
