// SPDX-License-Identifier: MIT

package uapi

// Requests of drm/drm.h for mode setting; their arguments are in
// drm/drm_mode.h.
const (
	NrModeGetResources     = readWrite | drm + 0xA0 // ModeCardRes
	NrModeGetCrtc          = readWrite | drm + 0xA1 // ModeCrtc
	NrModeSetCrtc          = readWrite | drm + 0xA2 // ModeCrtc
	NrModeSetGamma         = readWrite | drm + 0xA5 // ModeCrtcLUT
	NrModeGetConnector     = readWrite | drm + 0xA7 // ModeGetConnector
	NrModeGetProperty      = readWrite | drm + 0xAA // ModeGetProperty
	NrModeSetConnectorProp = readWrite | drm + 0xAB // ModeConnectorSetProperty
	NrModeRmFB             = readWrite | drm + 0xAF // uint32
	NrModePageFlip         = readWrite | drm + 0xB0 // ModePageFlip
	NrModeDirtyFB          = readWrite | drm + 0xB1 // ModeDirtyFB
	NrModeCreateDumb       = readWrite | drm + 0xB2 // ModeCreateDumb
	NrModeMapDumb          = readWrite | drm + 0xB3 // ModeMapDumb
	NrModeDestroyDumb      = readWrite | drm + 0xB4 // uint32
	NrModeGetPlaneRes      = readWrite | drm + 0xB5 // ModeGetPlaneRes
	NrModeGetPlane         = readWrite | drm + 0xB6 // ModeGetPlane
	NrModeSetPlane         = readWrite | drm + 0xB7 // ModeSetPlane
	NrModeAddFB2           = readWrite | drm + 0xB8 // ModeFBCmd2
	NrModeObjGetProperties = readWrite | drm + 0xB9 // ModeObjGetProperties
	NrModeObjSetProperty   = readWrite | drm + 0xBA // ModeObjSetProperty
	NrModeCursor2          = readWrite | drm + 0xBB // ModeCursor2
	NrModeAtomic           = readWrite | drm + 0xBC // ModeAtomic
	NrModeCreateBlob       = readWrite | drm + 0xBD // ModeCreateBlob
	NrModeDestroyBlob      = readWrite | drm + 0xBE // uint32
	NrModeCreateLease      = readWrite | drm + 0xC6 // ModeCreateLease
	NrModeRevokeLease      = readWrite | drm + 0xC9 // uint32
)

// Values of drm/drm_mode.h and drm/drm_fourcc.h.
const (
	ObjectCrtc      = 0xcccccccc // DRM_MODE_OBJECT_CRTC
	ObjectConnector = 0xc0c0c0c0
	ObjectPlane     = 0xeeeeeeee

	PageFlipEvent      = 0x1   // DRM_MODE_PAGE_FLIP_EVENT
	AtomicTestOnly     = 0x100 // DRM_MODE_ATOMIC_TEST_ONLY
	AtomicNonblock     = 0x200
	AtomicAllowModeset = 0x400

	CursorBO   = 0x1 // DRM_MODE_CURSOR_BO
	CursorMove = 0x2

	Connected          = 1  // DRM_MODE_CONNECTED
	ConnectorWriteback = 18 // DRM_MODE_CONNECTOR_WRITEBACK

	PlaneOverlay = 0 // DRM_PLANE_TYPE_OVERLAY of drm_plane.h
	PlanePrimary = 1
	PlaneCursor  = 2

	DPMSOn  = 0 // DRM_MODE_DPMS_ON
	DPMSOff = 3

	FormatXRGB8888 = 'X' | 'R'<<8 | '2'<<16 | '4'<<24 // DRM_FORMAT_XRGB8888
	FormatARGB8888 = 'A' | 'R'<<8 | '2'<<16 | '4'<<24
	FormatRGB565   = 'R' | 'G'<<8 | '1'<<16 | '6'<<24
)

// ModeInfo is struct drm_mode_modeinfo.
type ModeInfo struct {
	Clock                                         uint32 // kHz
	HDisplay, HSyncStart, HSyncEnd, HTotal, HSkew uint16
	VDisplay, VSyncStart, VSyncEnd, VTotal, VScan uint16
	VRefresh                                      uint32 // Hz
	Flags                                         uint32
	Type                                          uint32
	Name                                          [32]byte
}

// ModeCardRes is struct drm_mode_card_res.
type ModeCardRes struct {
	FBs, Crtcs, Connectors, Encoders                     uint64
	CountFBs, CountCrtcs, CountConnectors, CountEncoders uint32
	MinWidth, MaxWidth, MinHeight, MaxHeight             uint32
}

// ModeCrtc is struct drm_mode_crtc.
type ModeCrtc struct {
	Connectors      uint64
	CountConnectors uint32
	Crtc            uint32
	FB              uint32
	X, Y            uint32
	GammaSize       uint32
	ModeValid       uint32
	Mode            ModeInfo
}

// ModeGetConnector is struct drm_mode_get_connector. A call with CountModes 0
// makes the kernel probe the connector.
type ModeGetConnector struct {
	Encoders, Modes, Props, PropValues     uint64
	CountModes, CountProps, CountEncoders  uint32
	Encoder, Connector, Type, TypeID       uint32
	Connection, MMWidth, MMHeight, Subpixl uint32
	_                                      uint32
}

// ModeGetProperty is struct drm_mode_get_property.
type ModeGetProperty struct {
	Values, EnumBlobs           uint64
	Prop, Flags                 uint32
	Name                        [32]byte
	CountValues, CountEnumBlobs uint32
}

// ModeConnectorSetProperty is struct drm_mode_connector_set_property.
type ModeConnectorSetProperty struct {
	Value           uint64
	Prop, Connector uint32
}

// ModeObjGetProperties is struct drm_mode_obj_get_properties.
type ModeObjGetProperties struct {
	Props, Values              uint64
	Count, Object, ObjectClass uint32
	_                          uint32
}

// ModeObjSetProperty is struct drm_mode_obj_set_property.
type ModeObjSetProperty struct {
	Value                     uint64
	Prop, Object, ObjectClass uint32
	_                         uint32
}

// ModeFBCmd2 is struct drm_mode_fb_cmd2.
type ModeFBCmd2 struct {
	FB, Width, Height, Format, Flags uint32
	Handles, Pitches, Offsets        [4]uint32
	_                                uint32
	Modifiers                        [4]uint64
}

// ModePageFlip is struct drm_mode_crtc_page_flip.
type ModePageFlip struct {
	Crtc, FB, Flags, _ uint32
	UserData           uint64
}

// ModeDirtyFB is struct drm_mode_fb_dirty_cmd.
type ModeDirtyFB struct {
	FB, Flags, Color, CountClips uint32
	Clips                        uint64
}

// ClipRect is struct drm_clip_rect of drm/drm.h.
type ClipRect struct{ X1, Y1, X2, Y2 uint16 }

// ModeCreateDumb is struct drm_mode_create_dumb.
type ModeCreateDumb struct {
	Height, Width, BPP, Flags uint32
	Handle, Pitch             uint32
	Size                      uint64
}

// ModeMapDumb is struct drm_mode_map_dumb.
type ModeMapDumb struct {
	Handle, _ uint32
	Offset    uint64
}

// ModeGetPlaneRes is struct drm_mode_get_plane_res.
type ModeGetPlaneRes struct {
	Planes uint64
	Count  uint32
	_      uint32
}

// ModeGetPlane is struct drm_mode_get_plane.
type ModeGetPlane struct {
	Plane, Crtc, FB, PossibleCrtcs, GammaSize, CountFormats uint32
	Formats                                                 uint64
}

// ModeSetPlane is struct drm_mode_set_plane; the source is in 16.16 fixed
// point.
type ModeSetPlane struct {
	Plane, Crtc, FB, Flags uint32
	X, Y                   int32
	W, H                   uint32
	SrcX, SrcY, SrcH, SrcW uint32
}

// ModeCursor2 is struct drm_mode_cursor2.
type ModeCursor2 struct {
	Flags, Crtc           uint32
	X, Y                  int32
	Width, Height, Handle uint32
	HotX, HotY            int32
}

// ModeCrtcLUT is struct drm_mode_crtc_lut.
type ModeCrtcLUT struct {
	Crtc, Size       uint32
	Red, Green, Blue uint64
}

// ModeAtomic is struct drm_mode_atomic.
type ModeAtomic struct {
	Flags, CountObjs                uint32
	Objs, CountProps, Props, Values uint64
	_                               uint64
	UserData                        uint64
}

// ModeCreateBlob is struct drm_mode_create_blob.
type ModeCreateBlob struct {
	Data         uint64
	Length, Blob uint32
}

// ModeCreateLease is struct drm_mode_create_lease.
type ModeCreateLease struct {
	Objects      uint64
	Count, Flags uint32
	Lessee, FD   uint32
}
