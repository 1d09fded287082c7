import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** All that llama.cpp's libraries for CUDA look for, by the library that has it. */
const NAMES = {
	cudart: `__cudaGetKernel __cudaLaunchKernel __cudaPopCallConfiguration __cudaPushCallConfiguration __cudaRegisterFatBinary __cudaRegisterFatBinaryEnd
		__cudaRegisterFunction __cudaRegisterVar __cudaUnregisterFatBinary cudaDeviceCanAccessPeer cudaDeviceEnablePeerAccess cudaDeviceGetAttribute
		cudaDeviceGetPCIBusId cudaDeviceSynchronize cudaEventCreateWithFlags cudaEventDestroy cudaEventRecord cudaEventSynchronize cudaFree cudaFreeHost
		cudaFuncGetAttributes cudaFuncSetAttribute cudaGetDevice cudaGetDeviceCount cudaGetDeviceProperties cudaGetDeviceProperties_v2 cudaGetLastError
		cudaGraphDestroy cudaGraphExecDestroy cudaGraphExecUpdate cudaGraphInstantiate cudaGraphLaunch cudaHostAlloc cudaHostGetDevicePointer cudaHostRegister
		cudaHostUnregister cudaLaunchCooperativeKernel cudaLaunchKernel cudaLaunchKernelExC cudaMalloc cudaMallocHost cudaMallocManaged cudaMemGetInfo
		cudaMemcpy2DAsync cudaMemcpyAsync cudaMemcpyPeerAsync cudaMemset cudaMemsetAsync cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags
		cudaPeekAtLastError cudaSetDevice cudaSetDeviceFlags cudaStreamBeginCapture cudaStreamCreateWithFlags cudaStreamDestroy cudaStreamEndCapture
		cudaStreamIsCapturing cudaStreamSynchronize cudaStreamWaitEvent`,
	cublas: `cublasCreate_v2 cublasDestroy_v2 cublasGemmBatchedEx cublasGemmEx cublasGemmStridedBatchedEx cublasGetStatusString cublasSetMathMode
		cublasSetStream_v2 cublasSetWorkspace_v2 cublasSgemmBatched cublasSgemmStridedBatched cublasSgemm_v2 cublasStrsmBatched`,
	cuda: `cuDeviceGet cuDeviceGetAttribute cuGetErrorString cuMemAddressFree cuMemAddressReserve cuMemCreate cuMemGetAllocationGranularity cuMemMap
		cuMemRelease cuMemSetAccess cuMemUnmap`,
};

/**
 * One card with memory of its own, on which nothing is computed. Kernels of CUDA 13 are refused as by a driver that does not know
 * their code (cudaErrorUnsupportedPtxVersion), those of 12 are said to have been run.
 */
function cudart(version: number): Readonly<Record<string, string>> {
	const launch = `() { return last = ${version >= 13 ? 222 : 0}; }`;
	// Memory, warp size, compute capability and multiprocessors, where the two versions have them.
	const properties = `(char *to) { memset(to, 0, 900); strcpy(to, "Stub"); *(size_t *)(to + 288) = 8ul << 30; *(int *)(to + 308) = 32;
		*(int *)(to + 360) = 9; *(int *)(to + ${version >= 13 ? 384 : 388}) = 1; return 0; }`;
	const allocate = '(void **to, size_t size) { *to = aligned_alloc(4096, (size + 4095) / 4096 * 4096); return 0; }';
	const make = '(void **made) { *made = (void *)8; return 0; }';
	return {
		cudaGetDeviceCount: '(int *count) { *count = 1; return 0; }',
		cudaGetDevice: '(int *device) { *device = 0; return 0; }',
		cudaGetDeviceProperties: properties,
		cudaGetDeviceProperties_v2: properties,
		cudaDeviceGetAttribute: '(int *value) { *value = 0; return 0; }',
		cudaMemGetInfo: '(size_t *free, size_t *total) { *free = *total = 8ul << 30; return 0; }',
		cudaMalloc: allocate,
		cudaMallocHost: allocate,
		cudaMemcpyAsync: '(void *to, const void *from, size_t size) { memcpy(to, from, size); return 0; }',
		cudaStreamCreateWithFlags: make,
		cudaEventCreateWithFlags: make,
		__cudaRegisterFatBinary: '() { return (long)handle; }',
		__cudaGetKernel: '(void **kernel, const void *function) { *kernel = (void *)function; return 0; }',
		cudaLaunchKernel: launch,
		__cudaLaunchKernel: launch,
		cudaLaunchKernelExC: launch,
		cudaGetLastError: '() { long was = last; last = 0; return was; }',
		cudaPeekAtLastError: '() { return last; }',
	};
}

const PROLOGUE = '#include <stdlib.h>\n#include <string.h>\nstatic long last; static void *handle[1];';
const MESSAGE = 'const char *cudaGetErrorString(int error) { return error == 222 ? "the provided PTX was compiled with an unsupported toolchain." : "another error"; }';

/** CUDA's libraries as a machine has them whose driver is too old for CUDA 13. `versions`: of the CUDA that is installed. Needs a C compiler. */
export function writeCudaStubs(folder: string, versions: readonly number[]): void {
	const build = (library: keyof typeof NAMES, version: number): void => {
		const name = `lib${library}.so.${version}`;
		const file = path.join(folder, name);
		const bodies = library === 'cudart' ? cudart(version) : {};
		const functions = NAMES[library].split(/\s+/).map((each) => `long ${each}${bodies[each] ?? '() { return 0; }'}`);
		writeFileSync(`${file}.c`, [PROLOGUE, ...functions, ...(library === 'cudart' ? [MESSAGE] : []), ''].join('\n'));
		writeFileSync(`${file}.map`, `${name} { global: *; };\n`);
		const versioned = library === 'cuda' ? [] : [`-Wl,--version-script=${file}.map`];
		execFileSync('cc', ['-shared', '-fPIC', '-w', `-Wl,-soname,${name}`, ...versioned, '-o', file, `${file}.c`]);
	};
	build('cuda', 1);
	for (const version of versions) {
		build('cudart', version);
		build('cublas', version);
	}
}
