"""What an SVG may hold: an explicit list of elements and attributes, all of which only draw."""

_ELEMENTS = (
    "svg g defs symbol use title desc metadata style switch a"
    " path rect circle ellipse line polyline polygon text tspan textPath image marker pattern"
    " linearGradient radialGradient stop clipPath mask filter"
    " feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting"
    " feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR"
    " feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting"
    " feSpotLight feTile feTurbulence"
)
ELEMENTS = frozenset(_ELEMENTS.split()) - {"metadata"}  # which draws nothing
_ATTRIBUTES = (
    # of elements
    "id class style lang space version width height viewBox preserveAspectRatio x y x1 y1 x2 y2 cx"
    " cy r rx ry fx fy fr d points pathLength transform href dx dy rotate textLength lengthAdjust"
    " startOffset method spacing side offset gradientUnits gradientTransform spreadMethod"
    " patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits"
    " markerUnits markerWidth markerHeight refX refY orient filterUnits primitiveUnits"
    " in in2 result mode type values tableValues slope intercept amplitude exponent k1 k2 k3 k4"
    " order kernelMatrix divisor bias targetX targetY edgeMode kernelUnitLength preserveAlpha"
    " surfaceScale diffuseConstant specularConstant specularExponent azimuth elevation z pointsAtX"
    " pointsAtY pointsAtZ limitingConeAngle scale xChannelSelector yChannelSelector stdDeviation"
    " operator radius baseFrequency numOctaves seed stitchTiles role aria-label aria-hidden"
    " aria-labelledby systemLanguage requiredFeatures"
    # of presentation
    " alignment-baseline baseline-shift clip-path clip-rule clip color color-interpolation"
    " color-interpolation-filters color-rendering cursor direction display dominant-baseline fill"
    " fill-opacity fill-rule filter flood-color flood-opacity font font-family font-size"
    " font-size-adjust font-stretch font-style font-variant font-weight image-rendering isolation"
    " kerning letter-spacing lighting-color marker-end marker-mid marker-start mask mask-type"
    " mix-blend-mode opacity overflow paint-order pointer-events shape-rendering stop-color"
    " stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin"
    " stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering"
    " transform-origin unicode-bidi vector-effect visibility white-space word-spacing writing-mode"
)
ATTRIBUTES = frozenset(_ATTRIBUTES.split()) - {"cursor"}  # which may load a picture
