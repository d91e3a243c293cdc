package jumpvpn.lab.architecture.planted.node.host;

import jumpvpn.lab.architecture.planted.core.session.Fault;

class PlantsFault {
    final Fault fault = Fault.LOST_EVENT;
}
