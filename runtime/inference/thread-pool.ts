/**
 * Every llama decode, sample and load in flight holds a thread of libuv's pool; with its 4 threads two
 * busy models keep files and DNS waiting. libuv reads this once, at its first use: main imports this file first.
 */
const wanted = 8;
if (Number(process.env.UV_THREADPOOL_SIZE ?? 0) < wanted) process.env.UV_THREADPOOL_SIZE = String(wanted);
