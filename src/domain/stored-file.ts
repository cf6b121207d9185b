/** How many uploads are kept, and how many bytes in all. */
export type FileQuota = { readonly files: number; readonly bytes: number };

/** Which of the files go, the oldest first, until the rest keep to the quota. The newest always stays. */
export function overQuota(
  oldestFirst: readonly { readonly id: string; readonly size: number }[],
  quota: FileQuota,
): readonly string[] {
  let bytes = oldestFirst.reduce((sum, { size }) => sum + size, 0);
  let files = oldestFirst.length;
  const dropped: string[] = [];
  for (const { id, size } of oldestFirst.slice(0, -1)) {
    if (files <= quota.files && bytes <= quota.bytes) break;
    dropped.push(id);
    files -= 1;
    bytes -= size;
  }
  return dropped;
}
