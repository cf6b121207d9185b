import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/repository.ts';

type Locked = {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
};
type Package = {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly optionalDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const own = JSON.parse(read('package.json')) as Package;
const locked = (JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }).packages;
const direct = { ...own.dependencies, ...own.optionalDependencies, ...own.devDependencies };

describe('what is installed', () => {
  it('has a hash for each package, and no address of its own', () => {
    const packages = Object.entries(locked).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(150);
    expect(packages.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('runs no script that is not named', () => {
    const withScripts = Object.entries(locked)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect([...new Set(withScripts)].sort()).toEqual(Object.keys(own.allowScripts).sort());
    // Without it npm only warns, and runs them all the same.
    expect(read('.npmrc').split('\n')).toContain('strict-allow-scripts=true');
  });

  it('is pinned to one release each', () => {
    const loose = Object.entries(direct).filter(([, range]) => !/^(npm:[\w-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(range));
    expect(loose).toEqual([]);
  });
});

it('docs/dependencies.md names each direct dependency with its licence, and no other', () => {
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \| (\d+) \| (.+) \|$/gm)].map(
    ([, name = '', license = '', , why = '']) => ({ name, license: license.trim(), why }),
  );
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(direct).sort());
  for (const { name, license, why } of rows) {
    expect([name, license]).toEqual([name, locked[`node_modules/${name}`]?.license]);
    expect(why.length).toBeGreaterThan(4);
  }
});
