import { FcError } from '../../src/model/errors.js';
import type { ControlPlane } from '../../src/model/services.js';

const refuse = async (): Promise<never> => {
  throw new FcError('InternalServerError', 'this control plane has no versions');
};

/** Of a control plane that stands in for an emulator where no version and no alias is asked for. */
export const noVersions: Pick<ControlPlane, 'versions' | 'aliases'> = {
  versions: { publish: refuse, list: refuse, delete: refuse },
  aliases: { create: refuse, get: refuse, update: refuse, delete: refuse, list: refuse },
};
