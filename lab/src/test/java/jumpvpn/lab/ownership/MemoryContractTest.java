package jumpvpn.lab.ownership;

import jumpvpn.core.ownership.MemorySessionTable;
import jumpvpn.core.ownership.Owner;

class MemoryContractTest extends SessionTableContract {
    @Override
    Bed open(Owner owner) {
        return new Bed(new MemorySessionTable(), owner);
    }
}
