/** The SDK. The build puts the package in its place that apps install; see `server/build-page.ts`. */
export * from '../../lib/client/index.ts';
