package jumpvpn.lab.netns;

/**
 * What the captures and the emulator saw.
 *
 * @param linkA what passed uplink A
 * @param linkB what passed uplink B
 * @param insideMarkers frames with the marker inside, behind the gateway: the proof that it can be found at all
 * @param injected data packets that the emulator damaged or repeated on purpose
 * @param overloaded frames that the emulator lost because it could not keep up: such a run proves nothing
 */
record Wires(OuterLink linkA, OuterLink linkB, int insideMarkers, int injected, long overloaded) {}
