import os from 'node:os';

/**
 * Every llama decode, sample and load in flight holds a thread of libuv's pool; with its 4 threads two
 * busy models keep files and DNS waiting. On a GPU several contexts decode at a time, each spinning, and every one of
 * tens of speeches is sampled on a thread of its own. libuv reads this once, at its first use: main imports this
 * file first.
 */
const wanted = Math.max(8, os.availableParallelism());
if (Number(process.env.UV_THREADPOOL_SIZE ?? 0) < wanted) process.env.UV_THREADPOOL_SIZE = String(wanted);
