/** One file of the package; the path is relative to the package. */
export interface PackageFile {
  readonly path: string;
  readonly text: string;
}
