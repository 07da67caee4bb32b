<?php
// Scores answers to items of QTI 2 by qtism, the QTI SDK of TAO: php engine_qtism.php FOLDER_OF_ITS_SOURCE
// It reads a JSON list of {"item": XML, "responses": [{NAME: value as PCI says it}]} and prints
// for each item the list of its scores; text instead of a number says why there is none.

use qtism\common\datatypes\files\FileSystemFileManager;
use qtism\common\enums\Cardinality;
use qtism\data\storage\xml\XmlDocument;
use qtism\runtime\common\OrderedContainer;
use qtism\runtime\common\State;
use qtism\runtime\pci\json\Unmarshaller;
use qtism\runtime\tests\AssessmentItemSession;

$source = rtrim($argv[1], '/');
spl_autoload_register(function (string $class) use ($source): void {
    $file = $source . '/' . str_replace('\\', '/', $class) . '.php';
    if (is_file($file)) {
        require $file;
    }
});
error_reporting(E_ERROR);

function score($item, array $response, Unmarshaller $reader)
{
    $session = new AssessmentItemSession($item);
    $session->beginItemSession();
    $session->beginAttempt();
    $given = [];
    foreach ($response as $name => $said) {
        $variable = $session->getVariable($name);
        $value = $reader->unmarshall($said);
        if ($value !== null && $variable->getCardinality() === Cardinality::ORDERED) {
            $value = new OrderedContainer($variable->getBaseType(), $value->getArrayCopy());
        }
        if ($value !== null) {
            $answered = clone $variable;
            $answered->setValue($value);
            $given[] = $answered;
        }
    }
    $session->endAttempt(new State($given));
    return $session['SCORE']->getValue();
}

$reader = new Unmarshaller(new FileSystemFileManager());
$scores = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $case) {
    $one = [];
    try {
        $document = new XmlDocument();
        $document->loadFromString($case['item']);
        foreach ($case['responses'] as $response) {
            $one[] = score($document->getDocumentComponent(), $response, $reader);
        }
    } catch (Throwable $error) {
        $one = get_class($error) . ': ' . $error->getMessage();
    }
    $scores[] = $one;
}
echo json_encode($scores);
