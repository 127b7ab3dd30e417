// What stands in for the host outside a component.
//
// Each file of this folder declares one import of the contract, as a component sees it. In a component the build puts the
// host's interface in the place of the file. Anywhere else, as in a test, a function does what the test has said, and
// without that it throws: a capability exists in a host only.

type Stub = (...values: never[]) => unknown;

const stubs = new Map<string, Stub>();

/** The function of an interface, by its name in JavaScript. Without a stub it does `otherwise`, if there is one. */
export function imported<F extends Stub>(interfaceName: string, functionName: string, otherwise?: F): F {
  const name = `${interfaceName}.${functionName}`;
  const call = (...values: never[]): unknown => {
    const stub = stubs.get(name) ?? otherwise;
    if (stub === undefined) {
      throw new Error(
        `${name}: a capability exists in a host only. A test stands in for it: ` +
          `host({ "${interfaceName}": { ${functionName}: … } }), from "usher-sdk/testing".`,
      );
    }
    return stub(...values);
  };
  return call as F;
}

/** Has a function do this from now on. */
export function stub(interfaceName: string, functionName: string, does: Stub): void {
  stubs.set(`${interfaceName}.${functionName}`, does);
}

/** Forgets all stubs. */
export function forget(): void {
  stubs.clear();
}
