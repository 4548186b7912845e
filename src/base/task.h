#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace paraph {

/// One core's event loop. A session lives on one of them for life and takes no locks.
using Executor = boost::asio::io_context::executor_type;

/// A coroutine. `co_await` stands alone in its statement (STYLE: coroutines). Starts when awaited, or through `spawn`.
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// The completion token of every Asio call in Paraph.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

}  // namespace paraph
